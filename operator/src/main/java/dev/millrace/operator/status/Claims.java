package dev.millrace.operator.status;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The brokers' volumes as far as they are known.
 *
 * @param refused why one could not grow
 */
public record Claims(List<Claim> all, Optional<String> refused) {
  public Claims {
    all = List.copyOf(all);
  }

  /** One broker's claim. */
  public record Claim(
      String name, String phase, Optional<Quantity> requested, Optional<Quantity> capacity) {
    /** What matters of a claim. */
    public static Claim of(PersistentVolumeClaim claim) {
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
          status.map(now -> now.getCapacity()).map(capacity -> capacity.get("storage")));
    }

    /** Whether there is a volume behind it. */
    public boolean bound() {
      return phase.equals("Bound");
    }

    /** Whether it asks for less than it should. */
    public boolean smallerThan(Quantity size) {
      return requested.filter(has -> less(has, size)).isPresent();
    }

    boolean growing(Quantity size) {
      return capacity.filter(has -> less(has, size)).isPresent();
    }

    private static boolean less(Quantity one, Quantity other) {
      return one.getNumericalAmount().compareTo(other.getNumericalAmount()) < 0;
    }
  }
}
