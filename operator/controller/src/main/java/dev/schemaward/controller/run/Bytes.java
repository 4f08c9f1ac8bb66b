package dev.schemaward.controller.run;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Cuts text to a number of UTF-8 bytes without cutting a character in two. */
public final class Bytes {
  private static final String CUT = "…";

  private Bytes() {}

  /** At most {@code limit} bytes of UTF-8; ends in {@code …} when something was cut off. */
  public static String atMost(String text, int limit) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= limit) {
      return text;
    }
    CharBuffer kept = CharBuffer.allocate(limit);
    StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.IGNORE)
        .decode(ByteBuffer.wrap(bytes, 0, limit - 3), kept, true);
    return kept.flip() + CUT;
  }
}
