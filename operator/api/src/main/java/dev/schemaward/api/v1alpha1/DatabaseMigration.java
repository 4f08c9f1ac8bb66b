package dev.schemaward.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** The schema of one database, kept at the version that a bundle of migrations asks for. */
@Group("schemaward.dev")
@Version("v1alpha1")
@Kind("DatabaseMigration")
@Plural("databasemigrations")
@Singular("databasemigration")
@ShortNames("dbm")
@ValidationRule(
    value = "self.metadata.name.size() <= 52",
    message = "metadata.name may have at most 52 characters, because Jobs are named after it")
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.target) ||"
            + " (self.spec.target.secretRef.name == oldSelf.spec.target.secretRef.name &&"
            + " has(self.spec.target.schema) == has(oldSelf.spec.target.schema) &&"
            + " (!has(self.spec.target.schema) ||"
            + " self.spec.target.schema == oldSelf.spec.target.schema))",
    message =
        "spec.target.secretRef.name and spec.target.schema cannot change once the database was"
            + " reached; make another DatabaseMigration for another database")
@JsonInclude(JsonInclude.Include.NON_NULL)
public class DatabaseMigration
    extends CustomResource<DatabaseMigrationSpec, DatabaseMigrationStatus> implements Namespaced {
  private static final long serialVersionUID = 1;

  @Override
  @Required
  public DatabaseMigrationSpec getSpec() {
    return super.getSpec();
  }

  /** A record has no constructor without arguments: a new object has no spec. */
  @Override
  protected DatabaseMigrationSpec initSpec() {
    return null;
  }

  /** The API server gives a new object its status. */
  @Override
  protected DatabaseMigrationStatus initStatus() {
    return null;
  }
}
