package dev.ringside.virtio.vfio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What one side can take (vfio-user 0.0, "VFIO_USER_VERSION"); what it does not say has the value
 * of {@link #UNSAID}.
 *
 * @param maxMsgFds descriptors in one message, at least 1
 * @param maxDataTransfer bytes of data in one message, at least 1
 * @param maxDmaMaps regions of memory at a time
 * @param pageSizes of these regions, or'ed together
 * @param writeMultiple whether REGION_WRITE_MULTI is known
 */
record VfioCapabilities(
    int maxMsgFds, int maxDataTransfer, int maxDmaMaps, long pageSizes, boolean writeMultiple) {
  /** The values of the specification for what is left out. */
  static final VfioCapabilities UNSAID = new VfioCapabilities(1, 1 << 20, 65_535, 4096, false);

  /** The name of the object that holds the others. */
  private static final String CAPABILITIES = "capabilities";

  private static final int MAX_DEPTH = 16;
  private static final int MAX_TEXT = 256;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_TEXT)
                  .maxNameLength(MAX_TEXT)
                  .maxNumberLength(MAX_TEXT)
                  .build())
          .build();

  /**
   * Reads what a client says of itself. Names that are not known are passed over.
   *
   * @param data UTF-8, up to the first NUL
   * @throws ProtocolException when it is not such an object, or a number is out of its range
   */
  static VfioCapabilities parse(byte[] data) throws ProtocolException {
    int length = 0;
    while (length < data.length && data[length] != 0) {
      length++;
    }
    if (length == 0) {
      return UNSAID;
    }
    try (JsonParser json = JSON.createParser(data, 0, length)) {
      VfioCapabilities found = UNSAID;
      expect(json.nextToken() == JsonToken.START_OBJECT, "no object");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        expect(json.nextToken() != null, "no end");
        if (name.equals(CAPABILITIES)) {
          expect(json.currentToken() == JsonToken.START_OBJECT, "capabilities are no object");
          found = parseFields(json);
        } else {
          json.skipChildren();
        }
      }
      expect(json.nextToken() == null, "more than one object");
      return found;
    } catch (ProtocolException wrong) {
      throw wrong;
    } catch (IOException noJson) {
      throw new ProtocolException("version data are not JSON: %s".formatted(firstLine(noJson)));
    }
  }

  private static String firstLine(IOException noJson) {
    return String.valueOf(noJson.getMessage()).lines().findFirst().orElse("");
  }

  private static VfioCapabilities parseFields(JsonParser json) throws IOException {
    int fds = UNSAID.maxMsgFds;
    int transfer = UNSAID.maxDataTransfer;
    int maps = UNSAID.maxDmaMaps;
    long pages = UNSAID.pageSizes;
    boolean multiple = UNSAID.writeMultiple;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      expect(json.nextToken() != null, "no end");
      switch (name) {
        case "max_msg_fds" -> fds = (int) number(json, name, 1, Integer.MAX_VALUE);
        case "max_data_xfer_size" -> transfer = (int) number(json, name, 1, Integer.MAX_VALUE);
        case "max_dma_maps" -> maps = (int) number(json, name, 0, Integer.MAX_VALUE);
        case "pgsizes" -> pages = number(json, name, 0, Long.MAX_VALUE);
        case "write_multiple" -> {
          expect(json.currentToken().isBoolean(), name + " is no boolean");
          multiple = json.getBooleanValue();
        }
        default -> json.skipChildren();
      }
    }
    return new VfioCapabilities(fds, transfer, maps, pages, multiple);
  }

  /** What is larger than anybody can want is cut down to it. */
  private static long number(JsonParser json, String name, long least, long most)
      throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " is no whole number");
    boolean huge = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
    long value = huge ? (json.getText().startsWith("-") ? -1 : most) : json.getLongValue();
    expect(value >= least, name + " is " + value);
    return Math.min(value, most);
  }

  private static void expect(boolean holds, String otherwise) throws ProtocolException {
    if (!holds) {
      throw new ProtocolException("version data: %s".formatted(otherwise));
    }
  }

  /** What is said to a client: no capability that it did not propose. */
  VfioCapabilities inReplyTo(VfioCapabilities theirs) {
    return new VfioCapabilities(
        maxMsgFds, maxDataTransfer, maxDmaMaps, pageSizes, writeMultiple && theirs.writeMultiple);
  }

  /** As version data: UTF-8 with a final NUL. */
  byte[] serialise() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart(CAPABILITIES);
      json.writeNumberField("max_msg_fds", maxMsgFds);
      json.writeNumberField("max_data_xfer_size", maxDataTransfer);
      json.writeNumberField("max_dma_maps", maxDmaMaps);
      json.writeNumberField("pgsizes", pageSizes);
      json.writeBooleanField("write_multiple", writeMultiple);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException cannotBe) {
      throw new UncheckedIOException(cannotBe);
    }
    out.write(0);
    return out.toByteArray();
  }
}
