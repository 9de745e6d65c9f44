package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"assay/server/decision"
	"assay/server/demo"
)

// recordDemo records the made-up partners and returns the one to ask about. A
// database that has partners already is left alone.
func recordDemo(ctx context.Context, service *decision.Service, logger *slog.Logger) (string, error) {
	partners, err := service.Store.Partners(ctx, "", 1)
	if err != nil {
		return "", err
	}
	if len(partners) > 0 {
		logger.Warn("the database has partners already; nothing was added to it")
		facts, _, _, err := service.FactsOf(ctx, demo.Suggested, "", time.Time{})
		if err != nil || len(facts) == 0 {
			return "", err
		}
		return demo.Suggested, nil
	}
	for _, p := range demo.Partners(service.Now()) {
		if _, _, err := service.RecordFacts(ctx, p.ID, p.Facts, ""); err != nil {
			return "", fmt.Errorf("%s: %w", p.ID, err)
		}
		logger.Info("demonstration partner", "partner", p.ID, "program", p.Program, "story", p.Story)
	}
	return demo.Suggested, nil
}
