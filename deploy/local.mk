# samples, manual pages, scripts
