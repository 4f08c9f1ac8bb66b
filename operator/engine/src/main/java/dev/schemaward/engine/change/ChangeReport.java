package dev.schemaward.engine.change;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.hazard.Compatibility;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import java.util.List;

/**
 * What is known of a change.
 *
 * @param base what it was compared with
 * @param change the bundle as it would be
 * @param applied what a database at the base has run, in order
 * @param pending what it will run, in order
 * @param serverMajor for which statements were judged
 * @param shadow what the shadow showed of the pending migrations, or why it showed nothing
 * @param findings faults against the base first, then hazards in the order of the statements
 * @param compatibility whether the old version of the application can run beside it
 */
public record ChangeReport(
    ChangeBase base,
    Bundle change,
    List<Migration> applied,
    List<Migration> pending,
    int serverMajor,
    ShadowOutcome shadow,
    List<Finding> findings,
    Compatibility compatibility) {
  public ChangeReport {
    applied = List.copyOf(applied);
    pending = List.copyOf(pending);
    findings = List.copyOf(findings);
  }

  /** How a pending migration fared on the shadow. */
  public enum Trial {
    /** Every statement ran. */
    RAN,
    /** Some ran; the others cannot run there. */
    IN_PART,
    /** A statement of it fails. */
    FAILED,
    /** Nothing of it ran. */
    NOT_RUN
  }

  /** How one of {@link #pending} fared. */
  public Trial trial(Migration migration) {
    if (shadow.serverVersion() == null) {
      return Trial.NOT_RUN;
    }
    if (shadow
        .failure()
        .filter(failure -> failure.statement().migration().equals(migration.name()))
        .isPresent()) {
      return Trial.FAILED;
    }
    long measured =
        migration.statements().stream()
            .map(s -> shadow.effects().get(new StatementKey(migration.name(), s.index())))
            .filter(StatementEffects::measured)
            .count();
    return measured == migration.statements().size()
        ? Trial.RAN
        : measured > 0 ? Trial.IN_PART : Trial.NOT_RUN;
  }

  /** How many findings of this severity no waiver covers. */
  public long open(Severity severity) {
    return findings.stream()
        .filter(finding -> finding.severity() == severity && finding.waived() == null)
        .count();
  }
}
