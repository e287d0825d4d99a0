package dev.ringside.ext4.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FolioTableTest {
  private static final int CAPACITY = 200;

  @Test
  void findsWhatAMapFinds() {
    FolioTable table = new FolioTable(CAPACITY);
    Map<Long, Integer> model = new HashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      long key = FolioTable.key(1 + random.nextInt(4), random.nextInt(150));
      Integer known = model.get(key);
      assertThat(table.find(key)).isEqualTo(known == null ? PageCache.NONE : known);
      if (known != null && random.nextBoolean()) {
        table.remove(key);
        model.remove(key);
      } else if (known == null && model.size() < CAPACITY) {
        table.put(key, i);
        model.put(key, i);
      }
    }
    List<Long> left = new ArrayList<>(model.keySet());
    left.forEach(key -> assertThat(table.find(key)).isEqualTo(model.get(key)));
  }

  @Test
  void partsAtTheEndsOfTheirRangesAreDifferent() {
    long last = (1L << Integer.SIZE) - 1;
    FolioTable table = new FolioTable(CAPACITY);
    table.put(FolioTable.key(1, last), 1);
    table.put(FolioTable.key(2, 0), 2);
    table.put(FolioTable.key(last, last), 3);

    assertThat(table.find(FolioTable.key(1, last))).isEqualTo(1);
    assertThat(table.find(FolioTable.key(2, 0))).isEqualTo(2);
    assertThat(table.find(FolioTable.key(last, last))).isEqualTo(3);
  }
}
