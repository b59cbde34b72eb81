package dev.millrace.operator.resources;

/** Which address of itself a broker tells to clients and to other brokers. */
public enum Advertise {
  /** Its name in the headless Service: stable, resolved by the cluster's DNS. */
  HOSTNAME,
  /** Its pod's address: for where there is no cluster DNS. */
  POD_IP
}
