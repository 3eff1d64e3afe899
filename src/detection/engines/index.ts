export { type ArimaLibrary, arimaEngine } from './arima.ts'
