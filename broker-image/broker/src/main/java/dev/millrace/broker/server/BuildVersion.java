package dev.millrace.broker.server;

/** This build's version, from its jar's manifest. Stateless. */
final class BuildVersion {
  private BuildVersion() {}

  /** The version, or "dev" where classes run from a folder. */
  static String get() {
    String version = BuildVersion.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
