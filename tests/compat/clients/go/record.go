package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/twmb/franz-go/pkg/kgo"
)

const epochMillis = 1_700_000_000_000

type codec struct {
	name  string
	codec kgo.CompressionCodec
}

var codecs = []codec{
	{"none", kgo.NoCompression()},
	{"gzip", kgo.GzipCompression()},
	{"snappy", kgo.SnappyCompression()},
	{"lz4", kgo.Lz4Compression()},
	{"zstd", kgo.ZstdCompression()},
}

func codecOf(i, records int) codec {
	return codecs[i*len(codecs)/records]
}

func key(i int) []byte {
	return fmt.Appendf(nil, "key-%06d", i%1000)
}

func value(i int) []byte {
	v := binary.BigEndian.AppendUint64(make([]byte, 0, 256), uint64(i))
	for j := range 248 {
		v = append(v, byte((i*31+j*7)%251))
	}
	return v
}

func checksum(key, value []byte) uint64 {
	return uint64(crc32.Update(crc32.ChecksumIEEE(key), crc32.IEEETable, value))
}
