package dev.millrace.faults.fault;

import dev.millrace.faults.cluster.BrokerId;
import java.time.Duration;
import java.util.List;

/** One thing done to the cluster, with all that was drawn for it. Immutable. */
public sealed interface Fault {

  /** What kind it is. */
  Kind kind();

  /** The pod is deleted by force. */
  record KillPod(BrokerId broker) implements Fault {
    @Override
    public Kind kind() {
      return Kind.KILL_POD;
    }
  }

  /** SIGKILL of the broker. */
  record KillProcess(BrokerId broker) implements Fault {
    @Override
    public Kind kind() {
      return Kind.KILL_PROCESS;
    }
  }

  /** SIGKILL of the broker whose controller is active then. */
  record KillController() implements Fault {
    @Override
    public Kind kind() {
      return Kind.KILL_CONTROLLER;
    }
  }

  /** The broker's node is dead for a while. */
  record KillNode(BrokerId broker, Duration hold) implements Fault {
    @Override
    public Kind kind() {
      return Kind.KILL_NODE;
    }
  }

  /** The broker's node has no network for a while. */
  record CutNode(BrokerId broker, Duration hold) implements Fault {
    @Override
    public Kind kind() {
      return Kind.CUT_NODE;
    }
  }

  /** The API server has no network for a while. */
  record CutControl(Duration hold) implements Fault {
    @Override
    public Kind kind() {
      return Kind.CUT_CONTROL;
    }
  }

  /** The broker stands still for a while. */
  record Pause(BrokerId broker, Duration hold) implements Fault {
    @Override
    public Kind kind() {
      return Kind.PAUSE;
    }
  }

  /** The broker has no disk space for a while. */
  record FillDisk(BrokerId broker, Duration hold) implements Fault {
    @Override
    public Kind kind() {
      return Kind.FILL_DISK;
    }
  }

  /** The broker's disk is slow for a while. */
  record SlowDisk(BrokerId broker, Duration hold, long bytesPerSecond) implements Fault {
    @Override
    public Kind kind() {
      return Kind.SLOW_DISK;
    }
  }

  /** Several that overlap: each begins a while after the one before. */
  record Combined(List<Fault> faults, Duration apart) implements Fault {
    public Combined {
      faults = List.copyOf(faults);
    }

    @Override
    public Kind kind() {
      return Kind.COMBINED;
    }
  }
}
