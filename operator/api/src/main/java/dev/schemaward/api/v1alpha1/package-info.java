/**
 * The custom resource {@code DatabaseMigration}, version v1alpha1. Shapes may grow; nothing is
 * removed and nothing changes its meaning. Data only: what follows from it is the controller's.
 */
package dev.schemaward.api.v1alpha1;
