"""Files kept with a run; the only importer of DVC's libraries."""
