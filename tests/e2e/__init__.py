"""The panel in real JupyterLab and Notebook 7, with a real kernel, real Git and Chromium."""
