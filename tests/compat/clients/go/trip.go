package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// trip is one topic and one group from creation to deletion. It is not reusable.
type trip struct {
	bootstrap  string
	records    int
	partitions int
	serverSide bool
	topic      string
	group      string
	checksum   uint64
}

func newTrip(bootstrap string, records, partitions int, serverSide bool) *trip {
	topic := fmt.Sprintf("compat-franz-go-%08x", rand.Uint32())
	return &trip{bootstrap: bootstrap, records: records, partitions: partitions, serverSide: serverSide,
		topic: topic, group: topic + "-group"}
}

func (t *trip) run(ctx context.Context) error {
	steps := []struct {
		name string
		do   func(context.Context, *kadm.Client) error
	}{
		{"create", t.create}, {"produce", t.produce}, {"list offsets", t.listOffsets},
		{"consume", t.consume}, {"join again", t.joinAgain}, {"delete", t.delete},
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(t.bootstrap))
	if err != nil {
		return err
	}
	defer client.Close()
	for _, step := range steps {
		if err := step.do(ctx, kadm.NewClient(client)); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (t *trip) create(ctx context.Context, admin *kadm.Client) error {
	// Its records are older than what is kept by default.
	keep := map[string]*string{"retention.ms": kadm.StringPtr("-1")}
	if _, err := admin.CreateTopic(ctx, int32(t.partitions), 1, keep, t.topic); err != nil {
		return err
	}
	for {
		topics, err := admin.ListTopics(ctx, t.topic)
		if err != nil {
			return err
		}
		led := 0
		for _, p := range topics[t.topic].Partitions {
			if p.Err == nil && p.Leader >= 0 {
				led++
			}
		}
		if led == t.partitions {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no leaders: %v", topics)
		case <-time.After(50 * time.Millisecond):
		}
	}
	resource, err := t.settings(ctx, admin)
	if err != nil {
		return err
	}
	for _, c := range resource.Configs {
		if c.Key == "max.message.bytes" {
			if c.MaybeValue() != "1048588" || c.Source.String() != "DEFAULT_CONFIG" {
				return fmt.Errorf("max.message.bytes is %s by %v", c.MaybeValue(), c.Source)
			}
			return nil
		}
	}
	return fmt.Errorf("no max.message.bytes in %v", resource.Configs)
}

// settings asks until the broker asked has heard of the topic that the controller has made.
func (t *trip) settings(ctx context.Context, admin *kadm.Client) (kadm.ResourceConfig, error) {
	for {
		configs, err := admin.DescribeTopicConfigs(ctx, t.topic)
		if err != nil {
			return kadm.ResourceConfig{}, err
		}
		resource, err := configs.On(t.topic, nil)
		if err != nil {
			return resource, err
		}
		if !errors.Is(resource.Err, kerr.UnknownTopicOrPartition) {
			return resource, resource.Err
		}
		select {
		case <-ctx.Done():
			return resource, resource.Err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (t *trip) produce(ctx context.Context, _ *kadm.Client) error {
	next := 0
	for _, c := range codecs {
		client, err := kgo.NewClient(kgo.SeedBrokers(t.bootstrap), kgo.ProducerBatchCompression(c.codec),
			kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.RequiredAcks(kgo.AllISRAcks()))
		if err != nil {
			return err
		}
		var batch []*kgo.Record
		for ; next < t.records && codecOf(next, t.records).name == c.name; next++ {
			k, v := key(next), value(next)
			t.checksum += checksum(k, v)
			batch = append(batch, &kgo.Record{Topic: t.topic, Partition: int32(next % t.partitions), Key: k, Value: v,
				Timestamp: time.UnixMilli(epochMillis + int64(next)),
				Headers:   []kgo.RecordHeader{{Key: "codec", Value: []byte(c.name)}}})
		}
		err = client.ProduceSync(ctx, batch...).FirstErr()
		client.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func (t *trip) countIn(partition int) int64 {
	return int64((t.records - partition + t.partitions - 1) / t.partitions)
}

func (t *trip) expectOffsets(what string, listed kadm.ListedOffsets, err error, wanted func(p int) int64) error {
	if err != nil {
		return err
	}
	for p := range t.partitions {
		found, ok := listed.Lookup(t.topic, int32(p))
		if !ok || found.Err != nil || found.Offset != wanted(p) {
			return fmt.Errorf("%s of partition %d is %+v, not %d", what, p, found, wanted(p))
		}
	}
	return nil
}

func (t *trip) listOffsets(ctx context.Context, admin *kadm.Client) error {
	latest, err := admin.ListEndOffsets(ctx, t.topic)
	if err := t.expectOffsets("latest", latest, err, t.countIn); err != nil {
		return err
	}
	earliest, err := admin.ListStartOffsets(ctx, t.topic)
	if err := t.expectOffsets("earliest", earliest, err, func(int) int64 { return 0 }); err != nil {
		return err
	}
	half := t.records / 2
	byTime, err := admin.ListOffsetsAfterMilli(ctx, int64(epochMillis+half), t.topic)
	return t.expectOffsets("offset by time", byTime, err, func(p int) int64 {
		return int64((half - p + t.partitions - 1) / t.partitions)
	})
}

func (t *trip) consumer() (*kgo.Client, error) {
	opts := []kgo.Opt{kgo.SeedBrokers(t.bootstrap), kgo.ConsumerGroup(t.group), kgo.ConsumeTopics(t.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit()}
	if t.serverSide {
		opts = append(opts, kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer())
	}
	return kgo.NewClient(opts...)
}

func (t *trip) consume(ctx context.Context, _ *kadm.Client) error {
	client, err := t.consumer()
	if err != nil {
		return err
	}
	defer client.Close()
	next := make([]int64, t.partitions)
	var sum uint64
	for seen := 0; seen < t.records; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("after %d records: %w", seen, err)
		}
		for _, r := range fetches.Records() {
			if err := t.check(r, next[r.Partition]); err != nil {
				return err
			}
			next[r.Partition]++
			sum += checksum(r.Key, r.Value)
			seen++
		}
	}
	if sum != t.checksum {
		return fmt.Errorf("checksum %#x, not %#x", sum, t.checksum)
	}
	return client.CommitUncommittedOffsets(ctx)
}

func (t *trip) check(r *kgo.Record, offset int64) error {
	if r.Offset != offset {
		return fmt.Errorf("partition %d: offset %d, not %d", r.Partition, r.Offset, offset)
	}
	if len(r.Value) != 256 {
		return fmt.Errorf("partition %d offset %d: a value of %d bytes", r.Partition, r.Offset, len(r.Value))
	}
	i := int(binary.BigEndian.Uint64(r.Value))
	switch {
	case i != int(r.Offset)*t.partitions+int(r.Partition):
		return fmt.Errorf("partition %d: record %d at offset %d", r.Partition, i, r.Offset)
	case !bytes.Equal(r.Key, key(i)) || !bytes.Equal(r.Value, value(i)):
		return fmt.Errorf("record %d has other bytes", i)
	case r.Timestamp.UnixMilli() != epochMillis+int64(i) || r.Attrs.TimestampType() != 0:
		return fmt.Errorf("record %d has time %v", i, r.Timestamp)
	case len(r.Headers) != 1 || r.Headers[0].Key != "codec" || string(r.Headers[0].Value) != codecOf(i, t.records).name:
		return fmt.Errorf("record %d has headers %v", i, r.Headers)
	}
	return nil
}

// joinAgain waits until the group is stable with its one member again and then for a record, which must not come.
func (t *trip) joinAgain(ctx context.Context, admin *kadm.Client) error {
	client, err := t.consumer()
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		quiet, cancel := context.WithTimeout(ctx, time.Second)
		fetches := client.PollFetches(quiet)
		cancel()
		if r := fetches.Records(); len(r) > 0 {
			return fmt.Errorf("a committed record came again: partition %d offset %d", r[0].Partition, r[0].Offset)
		}
		state, assigned, err := t.describe(ctx, admin)
		if err != nil {
			return err
		}
		// The client asks for its offsets once it has been told its partitions.
		if state == "Stable" && assigned == t.partitions && len(client.CommittedOffsets()[t.topic]) == t.partitions {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the group is %s with %d partitions", state, assigned)
		}
	}
	committed := client.CommittedOffsets()[t.topic]
	for p := range t.partitions {
		if committed[int32(p)].Offset != t.countIn(p) {
			return fmt.Errorf("partition %d starts at %d, not %d", p, committed[int32(p)].Offset, t.countIn(p))
		}
	}
	return nil
}

func (t *trip) describe(ctx context.Context, admin *kadm.Client) (state string, assigned int, err error) {
	if t.serverSide {
		groups, err := admin.DescribeConsumerGroups(ctx, t.group)
		if err != nil {
			return "", 0, err
		}
		for _, m := range groups[t.group].Members {
			assigned += len(m.Assignment[t.topic])
		}
		return groups[t.group].State, assigned, groups[t.group].Err
	}
	groups, err := admin.DescribeGroups(ctx, t.group)
	if err != nil {
		return "", 0, err
	}
	group := groups[t.group]
	return group.State, len(group.AssignedPartitions()[t.topic]), group.Err
}

func (t *trip) delete(ctx context.Context, admin *kadm.Client) error {
	committed, err := admin.FetchOffsets(ctx, t.group)
	if err != nil {
		return err
	}
	for p := range t.partitions {
		found, ok := committed.Lookup(t.topic, int32(p))
		if !ok || found.At != t.countIn(p) {
			return fmt.Errorf("admin sees %+v committed for partition %d", found, p)
		}
	}
	if _, err := admin.DeleteGroup(ctx, t.group); err != nil {
		return err
	}
	_, err = admin.DeleteTopic(ctx, t.topic)
	return err
}
