"""Wall clocks, instants, intervals and working hours. Nothing here knows meetings."""
