package dev.millrace.operator.resources;

import static dev.millrace.operator.resources.ClusterNames.CLIENT_PORT;
import static dev.millrace.operator.resources.ClusterNames.HEALTH_PORT;
import static dev.millrace.operator.resources.ClusterNames.INTERNAL_PORT;
import static java.util.Objects.requireNonNullElse;

import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.Topology;
import dev.millrace.operator.memory.MemoryPlan;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A broker's pod: restricted, read-only but for its volume and a scratch directory, with as much
 * memory requested as allowed. Nothing in it depends on how many brokers there are.
 */
public final class BrokerPod {
  static final String VOLUME = "data";

  /** Tells pods that differ in nothing but their resources. */
  public static final String SHAPE = "millrace.dev/shape";

  /** The container that the resources are those of. */
  public static final String CONTAINER = "broker";

  /** What asked for the restart that the pod comes of. */
  static final String RESTARTED = "millrace.dev/restarted";

  /** Tells the configuration that the pod was made with. */
  static final String CONFIG_HASH = "millrace.dev/config-hash";

  /**
   * Where a broker finds its zone: the pod's label, in a file that the kubelet keeps up to date.
   */
  static final String ZONE_FILE = "/etc/podinfo/zone";

  /** How long a broker waits for its zone; only worth it where somebody labels its pod. */
  static final String ZONE_WAIT = "MILLRACE_RACK_WAIT_MS";

  /**
   * Requested where the spec does not say. A pod that requests nothing has the least weight there
   * is: beside busy neighbours its broker would wait for seconds. Little enough to fit anywhere.
   */
  private static final Quantity DEFAULT_CPU = new Quantity("250m");

  private static final int ZONE_WAIT_MS = 10_000;
  private static final String CONFIG_DIRECTORY = "/etc/millrace";
  private static final String POD_INFO_DIRECTORY = "/etc/podinfo";
  private static final String ZONE_KEY = "topology.kubernetes.io/zone";
  private static final long USER = 65532;

  /** Time to flush and hand over leadership; a clean stop takes far less. */
  private static final long TERMINATION_SECONDS = 60;

  private BrokerPod() {}

  static PodTemplateSpec template(Wanted wanted, String config) {
    var template = unmarked(wanted, config);
    return new PodTemplateSpecBuilder(template)
        .editMetadata()
        .addToAnnotations(SHAPE, shape(template))
        .endMetadata()
        .build();
  }

  /** The fingerprint of all but the resources, which a pod can be given while it runs. */
  private static String shape(PodTemplateSpec template) {
    var without =
        new PodTemplateSpecBuilder(template)
            .editSpec()
            .editFirstContainer()
            .withResources(null)
            .endContainer()
            .endSpec()
            .build();
    return Fingerprint.ofObject(without);
  }

  private static PodTemplateSpec unmarked(Wanted wanted, String config) {
    var names = wanted.names();
    var topology = topology(wanted.spec());
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(wanted.pool().labels())
        .withAnnotations(annotations(wanted, config))
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(names.access())
        .withAutomountServiceAccountToken(true)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(TERMINATION_SECONDS)
        .withNodeSelector(topology.nodeSelector())
        .withTolerations(topology.tolerations())
        .withPriorityClassName(topology.priorityClass())
        .withTopologySpreadConstraints(
            spread(wanted, wanted.zoneKey()), spread(wanted, "kubernetes.io/hostname"))
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        // Without this a volume of many segments is walked at every start.
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container(wanted, config))
        .addNewVolume()
        .withName("config")
        .withNewConfigMap()
        .withName(names.config())
        .endConfigMap()
        .endVolume()
        .addNewVolume()
        .withName("podinfo")
        .withNewDownwardAPI()
        .addNewItem()
        .withPath("zone")
        .withNewFieldRef()
        .withApiVersion("v1")
        .withFieldPath("metadata.labels['%s']".formatted(wanted.zoneKey()))
        .endFieldRef()
        .endItem()
        .endDownwardAPI()
        .endVolume()
        .addNewVolume()
        .withName("tmp")
        .withNewEmptyDir()
        .endEmptyDir()
        .endVolume()
        .endSpec()
        .build();
  }

  private static Map<String, String> annotations(Wanted wanted, String config) {
    var annotations = new TreeMap<>(Map.of(CONFIG_HASH, Fingerprint.of(config)));
    if (!wanted.restart().isEmpty()) {
      annotations.put(RESTARTED, wanted.restart());
    }
    return annotations;
  }

  static Topology topology(LogClusterSpec spec) {
    return requireNonNullElse(spec.topology(), Topology.ANYWHERE);
  }

  /** The label, of nodes and of pods, that tells a zone. */
  static String zoneKey(Topology topology) {
    return requireNonNullElse(topology.zoneKey(), ZONE_KEY);
  }

  private static Container container(Wanted wanted, String config) {
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(wanted.settings().image(Optional.ofNullable(wanted.spec().version())))
        .withImagePullPolicy("IfNotPresent")
        .withArgs("--config=" + CONFIG_DIRECTORY + "/" + wanted.pool().file(config))
        .withPorts(
            port("client", CLIENT_PORT),
            port("internal", INTERNAL_PORT),
            port("health", HEALTH_PORT))
        .withEnv(environment(wanted))
        .withResources(resources(wanted))
        .withLivenessProbe(liveness())
        .withReadinessProbe(readiness())
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .addNewVolumeMount()
        .withName("config")
        .withMountPath(CONFIG_DIRECTORY)
        .withReadOnly(true)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("podinfo")
        .withMountPath(POD_INFO_DIRECTORY)
        .withReadOnly(true)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(VOLUME)
        .withMountPath(BrokerConfig.DATA_DIRECTORY)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("tmp")
        .withMountPath("/tmp")
        .endVolumeMount()
        .build();
  }

  private static List<EnvVar> environment(Wanted wanted) {
    return List.of(
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("POD_IP", "status.podIP"),
        field("MILLRACE_NODE_ID", "metadata.labels['apps.kubernetes.io/pod-index']"),
        value(ZONE_WAIT, Integer.toString(wanted.settings().labelsZones() ? ZONE_WAIT_MS : 0)),
        value("JDK_JAVA_OPTIONS", String.join(" ", wanted.pool().memory().jvmOptions())));
  }

  private static EnvVar value(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static EnvVar field(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef()
        .withApiVersion("v1")
        .withFieldPath(path)
        .endFieldRef()
        .endValueFrom()
        .build();
  }

  private static ResourceRequirements resources(Wanted wanted) {
    var memory = new Quantity(MemoryPlan.text(wanted.pool().memory().limitMi()));
    return new ResourceRequirementsBuilder()
        .addToRequests("memory", memory)
        .addToLimits("memory", memory)
        .addToRequests("cpu", requireNonNullElse(wanted.spec().cpu(), DEFAULT_CPU))
        .build();
  }

  /** A broker that recovers its log answers it well, however long that takes. */
  private static Probe liveness() {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/livez")
        .withPort(new IntOrString("health"))
        .endHttpGet()
        .withInitialDelaySeconds(20)
        .withPeriodSeconds(10)
        .withTimeoutSeconds(5)
        .withFailureThreshold(6)
        .build();
  }

  private static Probe readiness() {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/readyz")
        .withPort(new IntOrString("health"))
        .endHttpGet()
        .withPeriodSeconds(2)
        .withTimeoutSeconds(2)
        .withFailureThreshold(3)
        .build();
  }

  private static ContainerPort port(String name, int port) {
    return new ContainerPortBuilder()
        .withName(name)
        .withContainerPort(port)
        .withProtocol("TCP")
        .build();
  }

  /** A wish and not a demand: a cluster of one zone or one node must start, too. */
  private static TopologySpreadConstraint spread(Wanted wanted, String key) {
    return new TopologySpreadConstraintBuilder()
        .withMaxSkew(1)
        .withTopologyKey(key)
        .withWhenUnsatisfiable("ScheduleAnyway")
        .withNewLabelSelector()
        .withMatchLabels(wanted.names().selector())
        .endLabelSelector()
        .build();
  }
}
