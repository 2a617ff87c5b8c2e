{{ column }} between -90 and 90
