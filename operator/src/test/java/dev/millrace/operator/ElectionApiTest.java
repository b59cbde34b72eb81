package dev.millrace.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.api.ApiServer;
import dev.millrace.operator.api.ApiServerExtension;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ApiServerExtension.class)
class ElectionApiTest {
  private static final String NAMESPACE = "default";
  private static final String LEASE = "millrace-operator";

  private final KubernetesClient client;

  ElectionApiTest(ApiServer api) {
    client = new KubernetesClientBuilder().withConfig(api.config()).build();
  }

  @AfterEach
  void close() {
    client.leases().inNamespace(NAMESPACE).withName(LEASE).delete();
    client.close();
  }

  @Test
  void whoHasTheLeaseGivesItBackAndNobodyElseDoes() {
    // Given
    client
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(LEASE)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("one")
                .withLeaseDurationSeconds(15)
                .withAcquireTime(ZonedDateTime.now())
                .withRenewTime(ZonedDateTime.now())
                .endSpec()
                .build())
        .create();

    // When
    election("other").giveBack(client);

    // Then
    assertThat(holder()).isEqualTo("one");

    // When
    election("one").giveBack(client);

    // Then
    assertThat(holder()).isEmpty();
  }

  @Test
  void whereThereIsNoLeaseNoneIsGivenBack() {
    election("one").giveBack(client);

    assertThat(client.leases().inNamespace(NAMESPACE).withName(LEASE).get()).isNull();
  }

  private static Election election(String identity) {
    return Election.of(NAMESPACE, identity);
  }

  private String holder() {
    return client
        .leases()
        .inNamespace(NAMESPACE)
        .withName(LEASE)
        .get()
        .getSpec()
        .getHolderIdentity();
  }
}
