/**
 * What must hold in a database and around it: read from a specification, checked, reported. Reads
 * only.
 */
package dev.schemaward.engine.verify;
