"""The report: results, as the commands left them, told by a folder of static pages."""
