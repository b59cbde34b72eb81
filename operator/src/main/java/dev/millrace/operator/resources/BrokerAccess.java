package dev.millrace.operator.resources;

import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;

/** The brokers' identity, with the rights that their metadata log needs and no other. */
final class BrokerAccess {
  private BrokerAccess() {}

  /** Has the pull secrets, which so are no part of the pods: others restart nobody. */
  static ServiceAccount serviceAccount(Wanted wanted) {
    return new ServiceAccountBuilder()
        .withMetadata(wanted.metadata(wanted.names().access()))
        .withImagePullSecrets(
            wanted.settings().pullSecrets().stream().map(LocalObjectReference::new).toList())
        .build();
  }

  static Role role(Wanted wanted) {
    return new RoleBuilder()
        .withMetadata(wanted.metadata(wanted.names().access()))
        .withRules(
            rule(
                LogCluster.GROUP,
                "metadataslots",
                "get",
                "list",
                "watch",
                "create",
                "update",
                "delete"),
            rule(LogCluster.GROUP, "metadatalogs", "get", "list", "watch", "update"),
            rule("coordination.k8s.io", "leases", "get", "create", "update"))
        .build();
  }

  static RoleBinding roleBinding(Wanted wanted) {
    var names = wanted.names();
    return new RoleBindingBuilder()
        .withMetadata(wanted.metadata(names.access()))
        .withNewRoleRef("rbac.authorization.k8s.io", "Role", names.access())
        .addNewSubject()
        .withKind("ServiceAccount")
        .withName(names.access())
        .withNamespace(names.namespace())
        .endSubject()
        .build();
  }

  private static PolicyRule rule(String group, String resource, String... verbs) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resource)
        .withVerbs(verbs)
        .build();
  }
}
