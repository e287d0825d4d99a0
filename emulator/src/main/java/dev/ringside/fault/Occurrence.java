package dev.ringside.fault;

/** Which of the occasions that a rule selects it fires on. */
public sealed interface Occurrence {
  /** On each of them. */
  record Always() implements Occurrence {
    @Override
    public String toString() {
      return "";
    }
  }

  /**
   * On one of them.
   *
   * @param number counted from 1
   */
  record Nth(long number) implements Occurrence {
    public Nth {
      if (number < 1) {
        throw new IllegalArgumentException("nth " + number);
      }
    }

    @Override
    public String toString() {
      return "nth " + number;
    }
  }

  /**
   * On the last of every so many.
   *
   * @param count 1 or more
   */
  record Every(long count) implements Occurrence {
    public Every {
      if (count < 1) {
        throw new IllegalArgumentException("every " + count);
      }
    }

    @Override
    public String toString() {
      return "every " + count;
    }
  }

  /**
   * On each with this probability, independently.
   *
   * @param probability 0 to 1
   */
  record Chance(double probability) implements Occurrence {
    public Chance {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException("probability " + probability);
      }
    }

    @Override
    public String toString() {
      return "probability " + probability;
    }
  }
}
