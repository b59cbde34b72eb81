package dev.millrace.broker.api;

import dev.millrace.broker.controller.ProducerIds;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;

/**
 * InitProducerId for idempotent producers: a fresh id at epoch 0 each time, as in Kafka, whatever
 * id the producer had. Thread-safe.
 */
final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequestData> {
  private final ProducerIds ids;

  InitProducerIdHandler(ProducerIds ids) {
    this.ids = ids;
  }

  @Override
  public void handle(RequestContext context, InitProducerIdRequestData request) {
    if (request.transactionalId() != null) {
      throw new UnsupportedVersionException("Transactions are not supported yet");
    }
    Answers.whenDone(
        context,
        ids.next()
            .thenApply(
                id ->
                    new InitProducerIdResponseData()
                        .setProducerId(id)
                        .setProducerEpoch((short) 0)));
  }
}
