package dev.millrace.broker.network;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why a connection's TLS failed, in one line and once, and closes it. Who only connects and
 * leaves, as probes do, is no failure. On the connection's event loop.
 */
final class TlsWatch extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);

  private final String listener;
  private boolean told;

  TlsWatch(String listener) {
    this.listener = listener;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && !done.isSuccess()) {
      failed(context, done.cause());
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable origin =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (origin instanceof SSLException) {
      failed(context, origin);
    } else {
      context.fireExceptionCaught(origin);
    }
  }

  private void failed(ChannelHandlerContext context, Throwable cause) {
    if (told) {
      return;
    }
    told = true;
    var line = cause instanceof SSLException ? LOG.atWarn() : LOG.atDebug();
    line.addKeyValue("listener", listener)
        .addKeyValue("client", context.channel().remoteAddress())
        .addKeyValue("reason", reason(cause))
        .log("Closing a connection whose TLS failed");
    context.close();
  }

  private static String reason(Throwable cause) {
    return cause instanceof NotSslRecordException
        ? "it does not speak TLS; does it lack security.protocol=SSL?"
        : String.valueOf(cause.getMessage());
  }
}
