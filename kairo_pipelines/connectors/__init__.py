"""One file a platform: what to request, and how to read the answer. Nothing here fetches or stores."""
