"""What is usual of a series, learned frame by frame: its curve of the day, its noise, how rare a surprise is. Pure."""
