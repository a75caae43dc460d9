"""What counts as coming back, and how alike two incidents are. Pure: values in, values out."""
