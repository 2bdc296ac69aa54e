// Prints vectors.json: what the Go implementations of RFC 6962 and of the C2SP formats make of a small log.
// Run by hand (go run . > ../vectors.json) when a vector is added; the tests use what is recorded.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A full tile of level 1, and tiles that are not full on three levels.
const most = 70_000

var stored []tlog.Hash

func readHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = stored[index]
	}
	return hashes, nil
}

var reader = tlog.HashReaderFunc(readHashes)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func root(size int64) tlog.Hash { return must(tlog.TreeHash(size, reader)) }

type inclusion struct {
	Size     int64    `json:"size"`
	Position int64    `json:"position"`
	Proof    []string `json:"proof"`
}

type consistency struct {
	From  int64    `json:"from"`
	To    int64    `json:"to"`
	Proof []string `json:"proof"`
}

func hexes(hashes []tlog.Hash) []string {
	texts := []string{}
	for _, hash := range hashes {
		texts = append(texts, hex.EncodeToString(hash[:]))
	}
	return texts
}

func main() {
	for i := int64(0); i < most; i++ {
		stored = append(stored, must(tlog.StoredHashes(i, []byte(strconv.FormatInt(i, 10)), reader))...)
	}

	roots := map[string]string{}
	for _, size := range []int64{0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 1_000, 65_535, 65_536, 65_537, most} {
		hash := root(size)
		roots[strconv.FormatInt(size, 10)] = hex.EncodeToString(hash[:])
	}

	inclusions := sha256.New()
	consistencies := sha256.New()
	for size := int64(1); size <= 130; size++ {
		for position := int64(0); position < size; position++ {
			for _, hash := range must(tlog.ProveRecord(size, position, reader)) {
				inclusions.Write(hash[:])
			}
		}
		for from := int64(1); from <= size; from++ {
			for _, hash := range must(tlog.ProveTree(size, from, reader)) {
				consistencies.Write(hash[:])
			}
		}
	}

	var someInclusions []inclusion
	for _, position := range []int64{0, 255, 256, 65_535, 65_536, 69_887, 69_888, most - 1} {
		someInclusions = append(someInclusions, inclusion{most, position, hexes(must(tlog.ProveRecord(most, position, reader)))})
	}
	var someConsistencies []consistency
	for _, from := range []int64{1, 256, 65_535, 65_536, 69_888, 69_999} {
		someConsistencies = append(someConsistencies, consistency{from, most, hexes(must(tlog.ProveTree(most, from, reader)))})
	}

	tiles := sha256.New()
	var upperPaths []string
	levels := map[int]int{}
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, most) {
		path := torchwood.TilePath(tile)
		fmt.Fprintf(tiles, "%s\n", path)
		tiles.Write(must(tlog.ReadTileData(tile, reader)))
		levels[tile.L]++
		if tile.L > 0 || tile.W < 256 {
			upperPaths = append(upperPaths, path)
		}
	}

	const origin = "example.com/fi-events"
	seed := sha256.Sum256([]byte("a seed for tests only"))
	public := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	vkey := must(note.NewEd25519VerifierKey(origin, public))
	id := vkey[len(origin)+1 : len(origin)+9]
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, id, base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
	checkpoint := torchwood.Checkpoint{Origin: origin, Tree: tlog.Tree{N: most, Hash: root(most)}}
	signed := must(note.Sign(&note.Note{Text: checkpoint.String()}, must(note.NewSigner(skey))))
	proof := torchwood.FormatProof(256, must(tlog.ProveRecord(most, 256, reader)), signed)
	withExtra := torchwood.FormatProofWithExtraData(256, []byte("extra"), must(tlog.ProveRecord(most, 256, reader)), signed)

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(map[string]any{
		"roots": roots,
		"proofs": map[string]any{
			"upTo":              130,
			"inclusionSha256":   hex.EncodeToString(inclusions.Sum(nil)),
			"consistencySha256": hex.EncodeToString(consistencies.Sum(nil)),
			"inclusion":         someInclusions,
			"consistency":       someConsistencies,
		},
		"tiles": map[string]any{
			"size":       most,
			"count":      levels,
			"notFullOf0": upperPaths,
			"sha256":     hex.EncodeToString(tiles.Sum(nil)),
		},
		"note": map[string]any{
			"signerKey":      skey,
			"verifierKey":    vkey,
			"checkpoint":     string(signed),
			"proof":          string(proof),
			"proofWithExtra": string(withExtra),
		},
	}); err != nil {
		panic(err)
	}
	os.Stdout.Write(out.Bytes())
}
