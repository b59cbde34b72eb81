package dev.millrace.faults.cluster;

import java.util.List;

/** The objects that a run applies. Stateless. */
final class Manifests {

  private Manifests() {}

  static String logCluster(
      String name, int brokers, String metadataVersion, String memory, String cpu) {
    return """
        apiVersion: millrace.dev/v1beta1
        kind: LogCluster
        metadata: {name: %s}
        spec:
          brokers: %d
          metadataVersion: "%s"
          memory: %s
          # Without it the brokers would get what clients on the same cores leave them, which is next to nothing.
          cpu: %s
          storage: {size: 2Gi}
        """
        .formatted(name, brokers, metadataVersion, memory, cpu);
  }

  /**
   * A volume for each broker, on the nodes in turn, and the claim that its StatefulSet will find.
   */
  static String volumes(String name, String namespace, List<String> nodes, LoopVolumes volumes) {
    StringBuilder all = new StringBuilder();
    for (int broker = 0; broker < volumes.brokers(); broker++) {
      all.append(
          """
          ---
          apiVersion: v1
          kind: PersistentVolume
          metadata: {name: data-%1$s-%2$d}
          spec:
            capacity: {storage: 2Gi}
            accessModes: [ReadWriteOnce]
            persistentVolumeReclaimPolicy: Retain
            storageClassName: standard
            hostPath: {path: %3$s}
            claimRef: {namespace: %5$s, name: data-%1$s-%2$d}
            nodeAffinity:
              required:
                nodeSelectorTerms:
                - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [%4$s]}]
          ---
          apiVersion: v1
          kind: PersistentVolumeClaim
          metadata: {name: data-%1$s-%2$d, namespace: %5$s, labels: {millrace.dev/cluster: %1$s}}
          spec:
            accessModes: [ReadWriteOnce]
            storageClassName: standard
            volumeName: data-%1$s-%2$d
            resources: {requests: {storage: 2Gi}}
          """
              .formatted(
                  name,
                  broker,
                  volumes.folder(broker),
                  nodes.get(broker % nodes.size()),
                  namespace));
    }
    return all.toString();
  }
}
