"""The parts that every page needs: the document around it, its look, and dates, zones and people as visitors read them."""
