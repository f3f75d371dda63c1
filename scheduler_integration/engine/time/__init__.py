"""Wall clocks, instants, intervals and working hours. Nothing here is about meetings."""
