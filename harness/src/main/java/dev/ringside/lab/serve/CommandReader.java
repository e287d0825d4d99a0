package dev.ringside.lab.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ringside.lab.live.Command;
import dev.ringside.lab.live.LiveSettingException;
import dev.ringside.lab.live.LiveSettings;
import dev.ringside.lab.live.Moment;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Reads the commands that a page sends, a JSON object each:
 *
 * <pre>
 *   {"do": "go"}                              {"do": "stop"}
 *   {"do": "step", "events": -1}              {"do": "jump", "event": 1200}
 *   {"do": "next", "moment": "kick"}          {"do": "previous", "moment": "interrupt"}
 *   {"do": "speed", "events_per_s": 1000}     {"do": "restart", "settings": {"queue-depth": "4"}}
 * </pre>
 */
final class CommandReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandReader() {}

  /**
   * Reads a command.
   *
   * @param present what a restart changes
   * @throws CommandException when it is none, with one line that says why
   */
  static Command read(String message, LiveSettings present) throws CommandException {
    JsonNode object = parse(message);
    String verb = text(object, "do");
    return switch (verb) {
      case "go" -> new Command.Go();
      case "stop" -> new Command.Stop();
      case "step" -> new Command.Step((int) number(object, "events", -1_000_000, 1_000_000));
      case "jump" -> new Command.Jump(number(object, "event", 0, Long.MAX_VALUE));
      case "next" -> new Command.Next(moment(object));
      case "previous" -> new Command.Previous(moment(object));
      case "speed" -> new Command.Speed(number(object, "events_per_s", 0, 1_000_000_000));
      case "restart" -> new Command.Restart(settings(object, present));
      default -> throw new CommandException("'%s' is no command".formatted(shortened(verb)));
    };
  }

  private static JsonNode parse(String message) throws CommandException {
    JsonNode object;
    try {
      object = JSON.readTree(message);
    } catch (JsonProcessingException noJson) {
      throw new CommandException("not JSON: " + noJson.getOriginalMessage());
    }
    if (object == null || !object.isObject()) {
      throw new CommandException("not a JSON object");
    }
    return object;
  }

  private static String text(JsonNode object, String field) throws CommandException {
    JsonNode value = object.get(field);
    if (value == null || !value.isTextual()) {
      throw new CommandException("'%s' is missing, or no text".formatted(field));
    }
    return value.textValue();
  }

  private static long number(JsonNode object, String field, long least, long most)
      throws CommandException {
    JsonNode value = object.get(field);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new CommandException("'%s' is missing, or no whole number".formatted(field));
    }
    long number = value.longValue();
    if (number < least || number > most) {
      throw new CommandException(
          "'%s' must be %d to %d, not %d".formatted(field, least, most, number));
    }
    return number;
  }

  private static Moment moment(JsonNode object) throws CommandException {
    String name = text(object, "moment");
    return Moment.named(name)
        .orElseThrow(
            () -> new CommandException("'%s' is nothing to look for".formatted(shortened(name))));
  }

  private static LiveSettings settings(JsonNode object, LiveSettings present)
      throws CommandException {
    JsonNode given = object.get("settings");
    Map<String, String> named = new TreeMap<>();
    if (given != null) {
      if (!given.isObject()) {
        throw new CommandException("'settings' is no object");
      }
      for (Map.Entry<String, JsonNode> one : given.properties()) {
        if (!one.getValue().isValueNode()) {
          throw new CommandException("'%s' is no value".formatted(shortened(one.getKey())));
        }
        named.put(shortened(one.getKey()), shortened(one.getValue().asText()));
      }
    }
    try {
      return present.with(named);
    } catch (LiveSettingException wrong) {
      throw new CommandException(Objects.requireNonNull(wrong.getMessage()));
    }
  }

  /** What goes back into a message does so in part only. */
  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
