package dev.millrace.crds;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.io.IOException;

/**
 * Reads the value of a setting. The client's own type takes no number above 2³¹-1, and one such as
 * {@code retention.bytes: 10737418240} would make every object of its kind unreadable; here it is
 * kept as text.
 */
final class SettingDeserializer extends StdDeserializer<IntOrString> {
  private static final long serialVersionUID = 1;

  SettingDeserializer() {
    super(IntOrString.class);
  }

  @Override
  public IntOrString deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return new IntOrString(parser.getText());
    }
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      return (IntOrString) context.handleUnexpectedToken(IntOrString.class, parser);
    }
    return parser.getNumberType() == JsonParser.NumberType.INT
        ? new IntOrString(parser.getIntValue())
        : new IntOrString(parser.getText());
  }
}
