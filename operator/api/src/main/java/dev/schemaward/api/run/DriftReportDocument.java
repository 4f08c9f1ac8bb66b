package dev.schemaward.api.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * A report of drift as a check writes it into its log, framed like a plan.
 *
 * @param drifted true when something differs that may not
 * @param text the whole report for a person
 * @param markdown the same for an issue
 * @param revert SQL file that makes the schema what its migrations say; null when nothing differs
 * @param adopt text of a migration that says what the schema is; null when nothing differs
 * @param document what {@code schemaward drift --output json} prints
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DriftReportDocument(
    boolean drifted,
    String text,
    String markdown,
    String revert,
    String adopt,
    Map<String, Object> document) {}
