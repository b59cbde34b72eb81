package dev.millrace.bench;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another workload, of which only the garbage is told. */
final class Allocating implements Workload {
  static final String UNIT = "bytes allocated for a byte moved";

  private final Workload workload;
  private @Nullable AllocationProbe probe;

  Allocating(Workload workload) {
    this.workload = workload;
  }

  @Override
  public Section section() {
    return Section.GARBAGE;
  }

  @Override
  public String title() {
    return "garbage of " + workload.title();
  }

  @Override
  public boolean costs() {
    return false;
  }

  @Override
  public void prepare(Contender contender) throws IOException {
    workload.prepare(contender);
    probe = AllocationProbe.attach(contender.peer().pid());
  }

  @Override
  public Moved run(Contender contender) throws IOException {
    if (probe == null) {
      throw new IllegalStateException("not prepared");
    }
    long before = probe.bytes();
    Moved moved = workload.run(contender);
    double allocated = probe.bytes() - before;
    Figure figure = new Figure(UNIT, 4, allocated / moved.payloadBytes());
    return new Moved(moved.payloadBytes(), moved.seconds(), List.of(figure));
  }

  @Override
  public void cleanUp(Contender contender) throws IOException {
    if (probe != null) {
      probe.close();
    }
    workload.cleanUp(contender);
  }
}
