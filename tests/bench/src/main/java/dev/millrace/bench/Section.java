package dev.millrace.bench;

/** The tables of the report, in their order. */
enum Section {
  START("Start and memory"),
  PRODUCE("Produce"),
  CONSUME("Consume, hot in the page cache"),
  THROUGHPUT("Many connections"),
  LATENCY("Latency"),
  GARBAGE("Garbage"),
  PARTITIONS("Many partitions"),
  HEAP("A heap of 64 MB"),
  COLD("Others read from a slow disk"),
  HOT_SET("A hot set in a container of 1 GiB");

  private final String title;

  Section(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Where the table of this title stands; those that are not of these come behind them. */
  static int place(String title) {
    for (Section section : values()) {
      if (section.title.equals(title)) {
        return section.ordinal();
      }
    }
    return values().length;
  }
}
