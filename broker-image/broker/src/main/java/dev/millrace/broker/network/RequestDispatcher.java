package dev.millrace.broker.network;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** What one listener serves: which requests, and by whom. Thread-safe; called on event loops. */
public interface RequestDispatcher {
  /** Whether requests of this key are served at this version. */
  boolean serves(ApiKeys key, short version);

  /** Hands a request to its handler; to be called for what {@link #serves} only. */
  void dispatch(RequestContext context, ApiMessage request);
}
