/**
 * The {@code schemaward} command: what a Job's pod, a laptop and a pull-request check run. Reads
 * options, calls the engine, prints for people or programs, and says by its exit code what kind of
 * end it was. Decides nothing about migrations.
 */
package dev.schemaward.runner;
