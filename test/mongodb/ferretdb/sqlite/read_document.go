package sqlite

import (
	"sync"

	"github.com/FerretDB/FerretDB/internal/handler/sjson"
	"github.com/FerretDB/FerretDB/internal/types"
)

// Documents that are remembered; beyond it, all are forgotten.
const mostRead = 30_000

var (
	reading sync.Mutex
	read    = map[string]*types.Document{}
)

// readDocument reads a document from its text. FerretDB reads every document of a collection for nearly every find, which takes more
// than all the rest of its work; so what a text says is remembered. Nobody may change what is given: updates copy it.
func readDocument(text []byte) (*types.Document, error) {
	reading.Lock()
	document, isKnown := read[string(text)]
	reading.Unlock()
	if isKnown {
		return document, nil
	}
	document, err := sjson.Unmarshal(text)
	if err != nil {
		return nil, err
	}
	reading.Lock()
	defer reading.Unlock()
	if len(read) >= mostRead {
		clear(read)
	}
	read[string(text)] = document
	return document, nil
}
