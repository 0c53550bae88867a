"""What only the chapters use: derivations, figures, sliders, tables, exercises."""
