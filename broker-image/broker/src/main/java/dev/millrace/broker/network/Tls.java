package dev.millrace.broker.network;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * The TLS of one listener: by BoringSSL where its library can be loaded, by the JDK elsewhere.
 * Thread-safe. Connections outlive its {@link #close}.
 */
public final class Tls implements AutoCloseable {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  /** How long a connection that is closed waits for its last bytes to be taken. */
  private static final long CLOSE_MILLIS = 200;

  /** Enough for clients that come back; each may take some KiB of a memory that nobody counts. */
  private static final int SESSIONS = 1000;

  private static final int PAGE = 8 << 10;

  /**
   * Chunks of so many powers of two pages, 1 MiB: what an event loop that is busy takes at least.
   */
  private static final int CHUNK_ORDER = 7;

  private static final int CACHED_SMALL = 64;

  private final SslContext context;
  private final boolean isNative;
  private final Duration handshake;

  /**
   * Netty's default allocator has no pool for what is larger than one TLS record, so that each
   * piece would be new memory that is zeroed first: an eighth of what the broker did all in all.
   */
  private final PooledByteBufAllocator buffers =
      new PooledByteBufAllocator(
          true,
          0,
          Runtime.getRuntime().availableProcessors(),
          PAGE,
          CHUNK_ORDER,
          CACHED_SMALL,
          0,
          false);

  private Tls(SslContext context, boolean isNative, Duration handshake) {
    this.context = context;
    this.isNative = isNative;
    this.handshake = handshake;
  }

  /**
   * Makes what connections need.
   *
   * @throws IllegalArgumentException if the engine cannot do what is wanted
   */
  public static Tls of(TlsSettings settings) {
    return of(settings, OpenSsl.isAvailable(), HANDSHAKE);
  }

  static Tls of(TlsSettings settings, boolean isNative, Duration handshake) {
    checkSuites(settings.cipherSuites(), suites(isNative));
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  settings.key(), settings.chain().toArray(X509Certificate[]::new))
              .sslProvider(isNative ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
              .protocols(settings.protocols())
              .ciphers(settings.cipherSuites().isEmpty() ? null : settings.cipherSuites())
              .sessionCacheSize(SESSIONS)
              .clientAuth(
                  switch (settings.client()) {
                    case NONE -> ClientAuth.NONE;
                    case REQUESTED -> ClientAuth.OPTIONAL;
                    case REQUIRED -> ClientAuth.REQUIRE;
                  });
      if (!settings.trusted().isEmpty()) {
        builder.trustManager(settings.trusted());
      }
      return new Tls(builder.build(), isNative, handshake);
    } catch (SSLException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkSuites(List<String> wanted, Collection<String> supported) {
    for (String suite : wanted) {
      if (!supported.contains(suite)) {
        throw new IllegalArgumentException(
            "there is no cipher suite " + suite + " here, but " + String.join(", ", supported));
      }
    }
  }

  private static Collection<String> suites(boolean isNative) {
    if (isNative) {
      return OpenSsl.availableJavaCipherSuites();
    }
    try {
      return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("a JDK without TLS", e);
    }
  }

  /** Whether it is done by BoringSSL, for diagnosis. */
  public boolean isNative() {
    return isNative;
  }

  /** Where connections have their memory from. */
  PooledByteBufAllocator buffers() {
    return buffers;
  }

  /** What stands between a connection's socket and its requests, from the socket on. */
  ChannelHandler[] handlers(Channel channel, String listener, UnsentBytes unsent) {
    SslHandler ssl = context.newHandler(channel.alloc());
    ssl.setHandshakeTimeoutMillis(handshake.toMillis());
    ssl.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
    // What it is given at once it encrypts at once, into one buffer: it comes in good pieces.
    ssl.setWrapDataSize(0);
    return new ChannelHandler[] {ssl, new TlsWatch(listener), new SliceStreamer(unsent)};
  }

  @Override
  public void close() {
    ReferenceCountUtil.release(context);
  }
}
