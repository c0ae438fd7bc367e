"""One layer by which any graph asks a model: structured answers, a ledger of every request, a cache and budgets."""
