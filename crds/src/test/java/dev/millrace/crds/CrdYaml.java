package dev.millrace.crds;

import static java.util.Objects.requireNonNull;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDGenerator.CRDOutput;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Generates the CRD from the model and mends what the generator cannot say: printer columns come
 * out sorted by path, and no annotation makes a list a map. Run {@code main} from the module's
 * folder after a change of the model.
 */
final class CrdYaml {
  static final Path FILE = Path.of("src/main/resources/crds/logclusters.millrace.dev.yaml");

  private static final List<String> COLUMNS =
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
          "AGE");

  private CrdYaml() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(FILE, generate());
  }

  static String generate() {
    var output = new MemoryOutput();
    new CRDGenerator()
        .customResourceClasses(LogCluster.class)
        .forCRDVersions("v1")
        .withPostProcessor(new Mended())
        .withOutput(output)
        .generate();
    return output.bytes.toString(StandardCharsets.UTF_8);
  }

  private static final class Mended implements CRDPostProcessor {
    @Override
    public HasMetadata process(HasMetadata generated, String version) {
      var crd = (CustomResourceDefinition) generated;
      var served = crd.getSpec().getVersions().getFirst();
      served.getAdditionalPrinterColumns().sort(Comparator.comparing(CrdYaml::position));
      var root = served.getSchema().getOpenAPIV3Schema();
      root.setRequired(List.of("spec"));
      asMap(property(root, "status", "conditions"), "type");
      property(root, "status", "conditions")
          .getItems()
          .getSchema()
          .setRequired(List.of("type", "status"));
      asMap(property(root, "status", "brokerStates"), "id");
      property(root, "status", "brokerStates").getItems().getSchema().setRequired(List.of("id"));
      eachRuleOnce(root);
      return crd;
    }

    private static JSONSchemaProps property(JSONSchemaProps root, String... path) {
      var schema = root;
      for (var name : path) {
        schema = requireNonNull(schema.getProperties().get(name), name);
      }
      return schema;
    }

    /** Annotations of a record's component are found twice, on its field and on its accessor. */
    private static void eachRuleOnce(JSONSchemaProps schema) {
      var rules = schema.getXKubernetesValidations();
      schema.setXKubernetesValidations(rules.stream().distinct().toList());
      schema.getProperties().values().forEach(Mended::eachRuleOnce);
    }

    private static void asMap(JSONSchemaProps list, String key) {
      list.setXKubernetesListType("map");
      list.setXKubernetesListMapKeys(List.of(key));
    }
  }

  private static int position(CustomResourceColumnDefinition column) {
    return COLUMNS.indexOf(column.getName().toUpperCase(Locale.ROOT));
  }

  private static final class MemoryOutput implements CRDOutput<ByteArrayOutputStream> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public ByteArrayOutputStream outputFor(String crdName) {
      return bytes;
    }

    @Override
    public URI crdURI(String crdName) {
      return FILE.toUri();
    }

    @Override
    public void close() {}
  }
}
