/**
 * What a Job and the operator say to each other: the records that cross the boundary between the
 * {@code schemaward} command in a pod and the controller. JSON, written by the runner, read by the
 * controller; no Kubernetes type and no database type in here.
 */
package dev.schemaward.api.run;
