// Command roundtrip does the round trip of ../README.md by franz-go and its admin client.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

const limit = 2 * time.Minute

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: roundtrip BOOTSTRAP [--records N] [--partitions P] [--group-protocol classic|consumer]")
		os.Exit(2)
	}
	flags := flag.NewFlagSet("roundtrip", flag.ExitOnError)
	records := flags.Int("records", 10_000, "records to send")
	partitions := flags.Int("partitions", 6, "partitions to send them to")
	protocol := flags.String("group-protocol", "classic", "classic or consumer")
	flags.Parse(os.Args[2:])

	title := fmt.Sprintf("franz-go %s %s", version("github.com/twmb/franz-go"), *protocol)
	start := time.Now()
	trip := newTrip(os.Args[1], *records, *partitions, *protocol == "consumer")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := trip.run(ctx); err != nil {
		fmt.Printf("%s: FAIL %v\n", title, err)
		os.Exit(1)
	}
	fmt.Printf("%s: PASS %d records, %d codecs, %d partitions, checksum %#x, %.1f s\n",
		title, *records, len(codecs), *partitions, trip.checksum, time.Since(start).Seconds())
}

func version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, dep := range info.Deps {
			if dep.Path == module {
				return dep.Version
			}
		}
	}
	return "unknown"
}
