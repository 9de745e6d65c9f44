package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"assay/db"
	"assay/server/ledger"
)

// openLedger opens the ledger of the database with its key, and makes both on the first
// start. Without the key that signed so far nothing can be added that belongs to it.
func openLedger(ctx context.Context, store *db.DB, database, file string) (*ledger.Log, error) {
	if file == "" {
		file = database + ".key"
	}
	id, err := store.Ledger().Identity(ctx)
	if err != nil {
		return nil, err
	}
	key, err := ledger.ReadKey(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && id == ledger.Identity{}:
		key, err = ledger.MakeKey(file)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the key that signs the ledger is not there: put %s back (its public key is %s), or name it with --ledger-key", file, id.Verifier)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the ledger: %w", err)
	}
	log, err := ledger.Open(ctx, store.Ledger(), key, time.Now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return log, nil
}

// lastSeal is how long a server that ends goes on sealing. What it leaves, the next one
// seals.
const lastSeal = 10 * time.Second

// sealing seals in the background until the function that it gives is called, which seals
// the rest.
func sealing(ctx context.Context, log *ledger.Log, logger *slog.Logger) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		log.Run(ctx, logger)
	}()
	return func() {
		cancel()
		<-done
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastSeal)
		defer stop()
		if err := log.SealAll(last); err != nil {
			logger.Error("the end of the log is not sealed; the next start seals it", "error", err)
		}
	}
}
