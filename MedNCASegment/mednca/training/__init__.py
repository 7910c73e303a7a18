"""Training of models (torch); imported only when something is to be trained."""
