/**
 * Checks a change to a bundle before it is merged: against the bundle that it changes, and on a
 * shadow database on which that bundle was replayed. Knows no database that is in use.
 */
package dev.schemaward.engine.change;
