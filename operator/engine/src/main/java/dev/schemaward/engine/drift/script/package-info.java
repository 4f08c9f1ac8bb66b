/**
 * DDL that makes one schema into another, written from two snapshots alone. A proposal for a
 * person, never run unattended.
 */
package dev.schemaward.engine.drift.script;
