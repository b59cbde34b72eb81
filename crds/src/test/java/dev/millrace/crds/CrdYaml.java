package dev.millrace.crds;

import static java.util.Objects.requireNonNull;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDGenerator.CRDOutput;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Generates a CRD from the model and mends what the generator cannot say: printer columns come out
 * sorted by path, no annotation makes a list a map, and none puts a rule on the object itself. Run
 * {@code main} from the module's folder after a change of the model.
 *
 * @param kind the model
 * @param columns in their order, in capitals
 * @param maps lists that are maps: path → key
 * @param required of their elements, beside the key
 * @param rules on the object itself
 */
record CrdYaml(
    Class<? extends CustomResource<?, ?>> kind,
    List<String> columns,
    Map<String, String> maps,
    Map<String, List<String>> required,
    List<ValidationRule> rules) {
  private static final long LONGEST_QUANTITY = 30;

  private static final Path FOLDER = Path.of("src/main/resources/crds");

  /** LogCluster. */
  static final CrdYaml CLUSTERS =
      new CrdYaml(
          LogCluster.class,
          List.of(
              "BROKERS",
              "READY",
              "PARTITIONS",
              "UNDER-REPLICATED",
              "OFFLINE",
              "STATUS",
              "VERSION",
              "MEMORY",
              "CONTROLLER",
              "BYTES",
              "AGE"),
          Map.of(
              "status.conditions", "type",
              "status.brokerStates", "id",
              "status.pools", "name",
              "spec.pools", "name",
              "spec.overrides", "broker"),
          Map.of(
              "status.conditions", List.of("type", "status"),
              "status.brokerStates", List.of("id"),
              "status.pools", List.of("name")),
          List.of(rule(SpecRules.POOL_NAMES_FIT, SpecRules.POOL_NAMES_MESSAGE, ".spec.pools")));

  /** LogTopic. */
  static final CrdYaml TOPICS =
      new CrdYaml(
          LogTopic.class,
          List.of(
              "CLUSTER",
              "PARTITIONS",
              "REPLICAS",
              "UNDER-REPLICATED",
              "OFFLINE",
              "STATUS",
              "TOPIC",
              "TOPIC-ID",
              "AGE"),
          Map.of("status.conditions", "type"),
          Map.of("status.conditions", List.of("type", "status")),
          List.of(
              rule(TopicRules.TOPIC_STAYS, TopicRules.TOPIC_MESSAGE, ".spec.topic"),
              rule(TopicRules.NAME_FITS, TopicRules.NAME_FITS_MESSAGE, ".spec.topic")));

  public static void main(String[] args) throws IOException {
    for (var crd : List.of(CLUSTERS, TOPICS)) {
      Files.writeString(crd.file(), crd.generate());
    }
  }

  private static ValidationRule rule(String rule, String message, String path) {
    return new ValidationRuleBuilder()
        .withRule(rule)
        .withMessage(message)
        .withFieldPath(path)
        .build();
  }

  /** Where it is committed. */
  Path file() {
    return FOLDER.resolve(HasMetadata.getFullResourceName(kind) + ".yaml");
  }

  String generate() {
    var output = new MemoryOutput(file());
    new CRDGenerator()
        .customResourceClasses(kind)
        .forCRDVersions("v1")
        .withPostProcessor(new Mended(this))
        .withOutput(output)
        .generate();
    // The model has bounds as floating-point numbers; everybody else writes whole ones without
    // ".0".
    return output
        .bytes
        .toString(StandardCharsets.UTF_8)
        .replaceAll("(?m)^( +(?:minimum|maximum): \\d+)\\.0$", "$1");
  }

  private record Mended(CrdYaml of) implements CRDPostProcessor {
    @Override
    public HasMetadata process(HasMetadata generated, String version) {
      var crd = (CustomResourceDefinition) generated;
      var served = crd.getSpec().getVersions().getFirst();
      served.getAdditionalPrinterColumns().sort(Comparator.comparing(of::position));
      var root = served.getSchema().getOpenAPIV3Schema();
      root.setRequired(List.of("spec"));
      of.maps.forEach((list, key) -> asMap(property(root, list.split("\\.")), key));
      of.required.forEach(
          (list, fields) ->
              property(root, list.split("\\.")).getItems().getSchema().setRequired(fields));
      root.getXKubernetesValidations().addAll(of.rules);
      tidy(root);
      return crd;
    }

    private static JSONSchemaProps property(JSONSchemaProps root, String... path) {
      var schema = root;
      for (var name : path) {
        schema = requireNonNull(schema.getProperties().get(name), name);
      }
      return schema;
    }

    /**
     * Annotations of a record's component are found twice, on its field and on its accessor. What a
     * rule costs is reckoned by the longest text that there may be.
     */
    private static void tidy(JSONSchemaProps schema) {
      var rules = schema.getXKubernetesValidations().stream().distinct().toList();
      schema.setXKubernetesValidations(rules);
      if (rules.stream().anyMatch(rule -> rule.getRule().contains(SpecRules.IS_QUANTITY))) {
        schema.setMaxLength(LONGEST_QUANTITY);
      }
      schema.getProperties().values().forEach(Mended::tidy);
      if (schema.getItems() != null) {
        tidy(schema.getItems().getSchema());
      }
    }

    private static void asMap(JSONSchemaProps list, String key) {
      list.setXKubernetesListType("map");
      list.setXKubernetesListMapKeys(List.of(key));
    }
  }

  private int position(CustomResourceColumnDefinition column) {
    return columns.indexOf(column.getName().toUpperCase(Locale.ROOT));
  }

  private static final class MemoryOutput implements CRDOutput<ByteArrayOutputStream> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Path file;

    MemoryOutput(Path file) {
      this.file = file;
    }

    @Override
    public ByteArrayOutputStream outputFor(String crdName) {
      return bytes;
    }

    @Override
    public URI crdURI(String crdName) {
      return file.toUri();
    }

    @Override
    public void close() {}
  }
}
