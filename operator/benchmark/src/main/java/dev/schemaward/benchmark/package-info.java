/** Measures Schemaward's command beside other migration tools; see {@code docs/benchmarks.md}. */
package dev.schemaward.benchmark;
