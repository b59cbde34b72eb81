package dev.millrace.operator.status;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The brokers' volumes as far as they are known.
 *
 * @param refused the one that could not grow
 */
public record Claims(List<Claim> all, Optional<Refusal> refused) {
  public Claims {
    all = List.copyOf(all);
  }

  /** To what volumes that are too small are to grow, in words; empty where none is. */
  public Optional<String> growth() {
    var sizes =
        all.stream().filter(Claim::small).map(claim -> claim.size().toString()).distinct().toList();
    return sizes.isEmpty()
        ? Optional.empty()
        : Optional.of("volumes of %s, without a restart".formatted(String.join(", ", sizes)));
  }

  /** A volume that does not grow, and why. */
  public record Refusal(Quantity size, String why) {}

  /**
   * One broker's claim.
   *
   * @param size what it is to have
   */
  public record Claim(
      String name,
      String phase,
      Optional<Quantity> requested,
      Optional<Quantity> capacity,
      Quantity size) {
    /** What matters of a claim that is to be of this size. */
    public static Claim of(PersistentVolumeClaim claim, Quantity size) {
      var requests =
          Optional.ofNullable(claim.getSpec())
              .map(spec -> spec.getResources())
              .map(resources -> resources.getRequests())
              .orElse(Map.of());
      var status = Optional.ofNullable(claim.getStatus());
      return new Claim(
          claim.getMetadata().getName(),
          status.map(now -> now.getPhase()).orElse("Pending"),
          Optional.ofNullable(requests.get("storage")),
          status.map(now -> now.getCapacity()).map(capacity -> capacity.get("storage")),
          size);
    }

    /** Whether there is a volume behind it. */
    public boolean bound() {
      return phase.equals("Bound");
    }

    /** Whether it asks for less than it should. */
    public boolean small() {
      return requested.filter(has -> less(has, size)).isPresent();
    }

    /** Whether it asks for more than it should, which no volume gives back. */
    boolean large() {
      return requested.filter(has -> less(size, has)).isPresent();
    }

    boolean growing() {
      return capacity.filter(has -> less(has, size)).isPresent();
    }

    private static boolean less(Quantity one, Quantity other) {
      return one.getNumericalAmount().compareTo(other.getNumericalAmount()) < 0;
    }
  }
}
