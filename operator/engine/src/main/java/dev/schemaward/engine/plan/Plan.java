package dev.schemaward.engine.plan;

import dev.schemaward.engine.assess.Assessment;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.diagnose.Diagnosis;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.ledger.LedgerMark;
import java.util.ArrayList;
import java.util.List;

/**
 * What would be executed, on what, and with what consequences.
 *
 * @param hash {@code sha256:<64 hex>}; see {@link PlanHash}
 * @param format of the bundle
 * @param bundleDigest of the bundle up to its target version
 * @param target which database
 * @param diagnosis UpToDate or Behind
 * @param pending migrations in the order of execution; empty when up to date
 * @param findings hazards, in the order of the statements
 * @param fingerprint of the live schema
 * @param appliedLines what is applied, {@code name checksum} a line
 * @param version name of the newest applied migration of the bundle; null when none is
 * @param owner who owns the target; null when nobody does
 * @param ledger the ledger as it was; null when there is none
 * @param assessment what it was found to do; null when nobody looked, and then {@code findings} go
 *     by the text alone
 */
public record Plan(
    String hash,
    Format format,
    String bundleDigest,
    TargetIdentity target,
    Diagnosis diagnosis,
    List<Migration> pending,
    List<Finding> findings,
    String fingerprint,
    String appliedLines,
    String version,
    String owner,
    LedgerMark ledger,
    Assessment assessment) {
  public Plan {
    pending = List.copyOf(pending);
    findings = List.copyOf(findings);
  }

  /** The same plan with what was found out about it. */
  public Plan with(Assessment found) {
    return new Plan(
        hash,
        format,
        bundleDigest,
        target,
        diagnosis,
        pending,
        found.findings(),
        fingerprint,
        appliedLines,
        version,
        owner,
        ledger,
        found);
  }

  /** The same plan with one finding more, which is no part of the hash. */
  public Plan with(Finding more) {
    List<Finding> all = new ArrayList<>(findings);
    all.addFirst(more);
    return new Plan(
        hash,
        format,
        bundleDigest,
        target,
        diagnosis,
        pending,
        all,
        fingerprint,
        appliedLines,
        version,
        owner,
        ledger,
        assessment);
  }

  /** The first six hex digits of the hash. */
  public String shortId() {
    return hash.substring("sha256:".length(), "sha256:".length() + 6);
  }

  /** How many migrations of the bundle are applied. */
  public int appliedCount() {
    return diagnosis.applied().size();
  }

  /** True when it destroys something or has a finding of severity block: a person should decide. */
  public boolean hazardous() {
    return findings.stream().anyMatch(Finding::needsApproval);
  }

  /** How many findings have this severity, without those that a waiver covers. */
  public int count(Severity severity) {
    return (int)
        findings.stream()
            .filter(finding -> finding.severity() == severity && finding.waived() == null)
            .count();
  }

  /** How many findings destroy something. */
  public int destructive() {
    return (int)
        findings.stream()
            .filter(finding -> finding.hazardClass() == HazardClass.DESTRUCTIVE)
            .count();
  }

  /** One line, for example {@code 2 migrations, 1 destructive: drop-column users.phone}. */
  public String headline() {
    if (pending.isEmpty()) {
      return "nothing to do";
    }
    StringBuilder text = new StringBuilder();
    text.append(pending.size()).append(pending.size() == 1 ? " migration" : " migrations");
    if (destructive() > 0) {
      text.append(", ").append(destructive()).append(" destructive: ");
      text.append(first(HazardClass.DESTRUCTIVE).rule()).append(" in ");
      text.append(first(HazardClass.DESTRUCTIVE).migration());
    } else if (hazardous()) {
      List<Finding> open = findings.stream().filter(Finding::needsApproval).toList();
      Finding block = open.getFirst();
      text.append(", ").append(open.size()).append(" to be decided: ");
      text.append(block.rule()).append(" in ").append(block.migration());
    }
    return text.toString();
  }

  private Finding first(HazardClass hazardClass) {
    return findings.stream()
        .filter(finding -> finding.hazardClass() == hazardClass)
        .findFirst()
        .orElseThrow();
  }
}
