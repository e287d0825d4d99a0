package dev.ringside.fault;

import dev.ringside.fault.RuleWords.Word;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the text of a {@link FaultPlan}, rule by rule, word by word. */
final class FaultPlanParser {
  private final RuleWords words;

  private FaultPlanParser(RuleWords words) {
    this.words = words;
  }

  static List<FaultRule> parse(String text) throws FaultPlanException {
    List<FaultRule> rules = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      RuleWords words = new RuleWords(line, number);
      if (words.hasNext()) {
        rules.add(new FaultPlanParser(words).rule());
      }
    }
    return rules;
  }

  private FaultRule rule() throws FaultPlanException {
    Word start = words.take("an operation");
    @Nullable Set<FaultOperation> named = operations(start);
    // "any" means what the effect, which comes last, can happen to.
    FaultSelector selector =
        clauses(FaultSelector.of(named == null ? EnumSet.allOf(FaultOperation.class) : named));
    Word effectWord = words.take("an effect");
    FaultEffect effect = effect(effectWord);
    Repetition repetition = repetition();
    if (words.hasNext()) {
      Word extra = words.take("the end");
      throw words.wrong(extra, "'%s' after the end of the rule".formatted(extra.text()));
    }
    try {
      return new FaultRule(
          named == null ? withOperations(selector, effect.operations()) : selector,
          effect,
          repetition);
    } catch (IllegalArgumentException mismatch) {
      throw words.wrong(effectWord, String.valueOf(mismatch.getMessage()));
    }
  }

  private static FaultSelector withOperations(
      FaultSelector selector, Set<FaultOperation> operations) {
    return new FaultSelector(
        operations,
        selector.sectors(),
        selector.queue(),
        selector.tag(),
        selector.afterNs(),
        selector.occurrence(),
        selector.stream());
  }

  private @Nullable Set<FaultOperation> operations(Word first) throws FaultPlanException {
    if (first.is("any")) {
      return null;
    }
    Set<FaultOperation> operations = EnumSet.of(operation(first));
    while (words.takeIf(",")) {
      operations.add(operation(words.take("an operation")));
    }
    return operations;
  }

  private FaultOperation operation(Word word) throws FaultPlanException {
    return FaultOperation.of(word.text())
        .orElseThrow(() -> words.wrong(word, "'%s' is no operation".formatted(word.text())));
  }

  /** Up to the colon; each clause at most once. */
  private FaultSelector clauses(FaultSelector start) throws FaultPlanException {
    FaultSelector selector = start;
    Set<String> seen = new HashSet<>();
    while (true) {
      Word word = words.take("':' and an effect");
      if (word.is(":")) {
        return selector;
      }
      selector = clause(selector, word);
      String kind = isOccurrence(word) ? "nth, every or probability" : word.text();
      if (!seen.add(kind)) {
        throw words.wrong(word, "a second '%s'".formatted(kind));
      }
    }
  }

  private static boolean isOccurrence(Word word) {
    return word.is("nth") || word.is("every") || word.is("probability");
  }

  private FaultSelector clause(FaultSelector selector, Word word) throws FaultPlanException {
    return switch (word.text()) {
      case "sectors" -> sectors(selector);
      case "queue" ->
          selector.withQueue((int) words.takeNumber("the number of a queue", 0, 0xffff));
      case "tag" -> selector.withTag((int) words.takeNumber("a tag", 0, 0xffff));
      case "after" -> selector.withAfter(words.takeTime("a time"));
      case "nth" -> selector.withOccurrence(new Occurrence.Nth(count()));
      case "every" -> selector.withOccurrence(new Occurrence.Every(count()));
      case "probability" -> selector.withOccurrence(new Occurrence.Chance(words.takeProbability()));
      case "stream" -> stream(selector);
      default ->
          throw words.wrong(
              word, "'%s' is no clause; expected ':' and an effect".formatted(word.text()));
    };
  }

  private long count() throws FaultPlanException {
    return words.takeNumber("a count", 1, Long.MAX_VALUE);
  }

  private FaultSelector stream(FaultSelector selector) throws FaultPlanException {
    Word word = words.take("the name of a stream");
    try {
      return selector.withStream(word.text());
    } catch (IllegalArgumentException noName) {
      throw words.wrong(word, "'%s' is no name of a stream".formatted(word.text()));
    }
  }

  private FaultSelector sectors(FaultSelector selector) throws FaultPlanException {
    Word word = words.take("a range of sectors");
    int dash = word.text().indexOf('-');
    try {
      long first = Long.parseLong(dash < 0 ? word.text() : word.text().substring(0, dash));
      long last = dash < 0 ? first : Long.parseLong(word.text().substring(dash + 1));
      return selector.withSectors(first, last);
    } catch (IllegalArgumentException noRange) {
      throw words.wrong(word, "'%s' is no range of sectors".formatted(word.text()));
    }
  }

  private FaultEffect effect(Word word) throws FaultPlanException {
    return switch (word.text()) {
      case "io-error" -> new StorageEffect.IoError();
      case "latent-error" -> new StorageEffect.LatentError();
      case "bit-rot" ->
          new StorageEffect.BitRot(
              (int) words.takeNumber("how many bits", 1, StorageEffect.BitRot.MAX_BITS));
      case "torn-write" ->
          new StorageEffect.TornWrite(
              words.takeNumber("how many bytes", 0, Long.MAX_VALUE), words.takeIf("reported"));
      case "dropped-write" -> new StorageEffect.DroppedWrite();
      case "misdirected" ->
          new StorageEffect.Misdirected(
              words.takeNumber("how many sectors away", -Long.MAX_VALUE, Long.MAX_VALUE));
      case "stale-read" -> new StorageEffect.StaleRead();
      case "lost-flush" -> new StorageEffect.LostFlush();
      case "early-flush" -> new StorageEffect.EarlyFlush();
      case "delay" -> new StorageEffect.Delay(delay());
      case "stuck" -> new RequestEffect.Stuck();
      case "wrong-used-id" ->
          new UsedEffect.WrongUsedId(
              (int) words.takeNumber("an id", 0, UsedEffect.WrongUsedId.MAX_ID));
      case "wrong-used-length" ->
          new UsedEffect.WrongUsedLength(
              words.takeNumber("how many bytes", 0, UsedEffect.WrongUsedLength.MAX_BYTES));
      case "duplicate-used" -> new UsedEffect.DuplicateUsed();
      case "lost-kick" -> new KickEffect.LostKick();
      case "delayed-kick" -> new KickEffect.DelayedKick(delay());
      case "lost-interrupt" -> new InterruptEffect.LostInterrupt();
      case "spurious-interrupt" -> new SpuriousInterrupt();
      default -> throw words.wrong(word, "'%s' is no effect".formatted(word.text()));
    };
  }

  private long delay() throws FaultPlanException {
    Word word = words.peek("how long");
    long nanoseconds = words.takeTime("how long");
    if (nanoseconds == 0) {
      throw words.wrong(word, "a delay of nothing");
    }
    return nanoseconds;
  }

  private Repetition repetition() {
    for (Repetition repetition : Repetition.values()) {
      if (repetition != Repetition.REPEATED && words.takeIf(repetition.word())) {
        return repetition;
      }
    }
    return Repetition.REPEATED;
  }
}
