package dev.schemaward.engine.ledger;

/**
 * Which ledger, and how far it had come: who remembers it can tell a database that was restored to
 * an earlier point, or whose ledger was dropped.
 *
 * @param id the ledger's UUID
 * @param epoch number of runs that it has seen
 */
public record LedgerMark(String id, long epoch) {}
